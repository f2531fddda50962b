"""The dashboard: pages that show a merchant what the reports say."""
