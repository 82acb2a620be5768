"""`digest_world RESOURCE...`: make a world from a seed, let a day pass, and print a digest of it all."""

import hashlib
import json
import sys

from freshdesk_assets.simulator.world import World

if __name__ == "__main__":
    world = World(seed=5, tickets=100)
    world.day_of_changes()
    truth = json.dumps([world.truth(resource) for resource in sys.argv[1:]])
    print(hashlib.sha256(truth.encode()).hexdigest())
