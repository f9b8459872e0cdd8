"""Benchmarks: run with ``make bench``; they print ratios against peers measured in the same run and assert no times."""
