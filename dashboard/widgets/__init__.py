"""The parts of pages that more than one page needs. The only modules besides pages that know Streamlit."""
