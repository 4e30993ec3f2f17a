"""The whole demo site, walked through once from its front door; what every page of it must be."""
