"""The vocabulary of winklab: angles, trials, winks, clips and datasets, shared by every stage."""
