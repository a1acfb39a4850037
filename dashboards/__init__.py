"""The dashboard: Streamlit pages over the marts, in Danish; `app.py` is where it begins."""
