"""All benchmarks, one after the other; ``make bench`` runs them.

They print ratios against peers measured in the same run, and assert no times.
"""

from tests.benchmarks import answering, checking, soaking, storing, tabulating, turning

if __name__ == "__main__":
    answering.main()
    checking.main()
    storing.main()
    tabulating.main()
    turning.main()
    soaking.main()
