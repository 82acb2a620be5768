"""What the replica costs beside what it must cost: each figure with its physical limit, from one run."""
