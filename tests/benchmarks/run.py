"""All benchmarks, one after the other; ``make bench`` runs them.

They print ratios against peers measured in the same run, and assert no times.
"""

from tests.benchmarks import checking, storing, turning

if __name__ == "__main__":
    checking.main()
    storing.main()
    turning.main()
