"""What several replicas of one dashboard share through Redis, and which of them does what only one may do."""
