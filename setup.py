"""Entry point of setuptools; the metadata is in setup.cfg."""

from setuptools import setup

setup()
