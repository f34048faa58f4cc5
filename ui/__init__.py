"""Streamlit pages and widgets."""
