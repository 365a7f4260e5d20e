"""Work whose memory comes and goes, as a picture's does."""

import resource

import numpy as np


def faults_of_pictures(pictures):
    """Page faults of so many pictures of 2 MiB, each made and dropped, after one that was."""
    made = []
    for _ in range(pictures + 1):
        np.ones(2**18).sum()
        made.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
    return made[-1] - made[0]
