"""Rewrites that make loops over time, and above all their gradients, fast."""

from brickyard.backends.scan_rewrites.accumulators import sum_after_loop
from brickyard.backends.scan_rewrites.columns import separate_columns
from brickyard.backends.scan_rewrites.derived_outputs import derive_after_loop
from brickyard.backends.scan_rewrites.gradient_states import separate_gradient_states
from brickyard.backends.scan_rewrites.joined_products import join_products
from brickyard.backends.scan_rewrites.kept import keep_for_gradient
from brickyard.backends.scan_rewrites.known import compute_known_before_loop
from brickyard.backends.scan_rewrites.late_outputs import project_after_loop
from brickyard.backends.scan_rewrites.row_order import sum_in_order
from brickyard.backends.scan_rewrites.simplify import simplify_step
from brickyard.backends.scan_rewrites.summed_products import multiply_stacked

__all__ = [
    "compute_known_before_loop",
    "derive_after_loop",
    "join_products",
    "keep_for_gradient",
    "multiply_stacked",
    "project_after_loop",
    "separate_columns",
    "separate_gradient_states",
    "simplify_step",
    "sum_after_loop",
    "sum_in_order",
]
