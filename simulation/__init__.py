"""A made-up world whose truth is known: raw files to land, and what they mean."""

from simulation.simulate import SimulationReport, simulate
from simulation.world import World

__all__ = ["SimulationReport", "World", "simulate"]
