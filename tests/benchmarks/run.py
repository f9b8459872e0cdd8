"""All benchmarks, one after the other; ``make bench`` runs them.

They print ratios against peers measured in the same run, and assert no times.
"""

from tests.benchmarks.storing import main

if __name__ == "__main__":
    main()
