"""Inviting fleets: rules, QR codes, the card, bulk runs, the funnel and webhooks. No streamlit in here."""
