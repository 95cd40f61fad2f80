from tests.redis_fixtures import redis_process, server, store_of  # noqa: F401 - fixtures
