"""Speed, memory and calibration, run by hand or by `make bench`."""
