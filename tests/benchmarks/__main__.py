"""All benchmarks, one after the other."""

from tests.benchmarks.storing import main

if __name__ == "__main__":
    main()
