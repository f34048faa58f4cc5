"""The one way in: drafts checked, brought to WGS-84 and placed in the city."""
