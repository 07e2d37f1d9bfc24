"""Prints how many pictures of a folder have near-duplicates there: FOLDER WORKERS RADIUS.

imagededup's own PHash and search; what it would load of torch and scikit-learn is stubbed, as hashing needs none of it.
"""
import logging
import sys
import types

logging.disable(logging.INFO)

STUBS = {
    "imagededup.methods.cnn": "CNN",
    "imagededup.utils.plotter": "plot_duplicates",
    "imagededup.utils.models": "CustomModel",
    "imagededup.utils.data_generator": "img_dataloader MobilenetV3",
    "imagededup.evaluation": "",
    "imagededup.evaluation.evaluation": "evaluate",
    "sklearn": "",
    "sklearn.metrics": "",
    "sklearn.metrics.pairwise": "cosine_similarity",
}
for module, names in STUBS.items():
    stub = types.ModuleType(module)
    for name in names.split():
        setattr(stub, name, object)
    sys.modules[module] = stub

from imagededup.methods.hashing import PHash

folder, workers, radius = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
duplicates = PHash(verbose=False).find_duplicates(
    image_dir=folder, max_distance_threshold=radius, num_enc_workers=workers, num_dist_workers=workers
)
print(sum(bool(others) for others in duplicates.values()))
