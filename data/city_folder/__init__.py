"""A city from its folder: city.toml, its catalogue and its layers, read strictly."""
