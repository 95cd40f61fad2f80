"""All that Streamlit shows. The only folder that imports it, beside the main script and the pages."""
