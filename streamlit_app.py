"""The composition root: the pages, our routes beside them, what opens and closes with the server, and the gate."""

import streamlit as st

from api.app import MIDDLEWARE, ROUTES, lifespan

app = st.App("ui/main.py", routes=ROUTES, lifespan=lifespan, middleware=MIDDLEWARE)
