"""The one catalogue of every sentence a user can read, in Chinese and English."""

from i18n.catalogue import section, translate

__all__ = ["section", "translate"]
