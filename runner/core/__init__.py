"""The ground floor: values and machines; no I/O, no clock, no async, no unseeded randomness."""
