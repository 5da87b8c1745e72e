"""Benchmarks: `./shequ bench NAME [--json]`.

Absolute times drift with the machine; what is compared runs in turn, in one
process, and the ratios of the medians are what counts.
"""
