"""One file a method of finding winks; a new one is one file here and one in `configs/detector`."""
