"""The installation of docker-compose.yml, on this machine's PostgreSQL and a Kafka of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.embedded import Server
from shared.db.engine import create_engine
from shared.messaging.local_kafka import LocalKafka
from tests.deployment.composition import SERVICES, container
from tests.deployment.processes import ContainerProcess
from tests.deployment.world import Province, make_province

DATABASE = "deployment"


@dataclass
class Installation:
    """What runs, and who uses it. Tests leave all of it running."""

    services: dict[str, ContainerProcess]
    broker: LocalKafka
    broker_folder: Path
    libraries: Path
    province: Province
    engine: AsyncEngine

    @property
    def intake(self) -> str:
        return self.services["intake"].address

    @property
    def aggregator(self) -> str:
        return self.services["aggregator"].address

    async def all_is_counted(self) -> bool:
        """Whether the province's total holds what was acknowledged, no more and no less."""
        return await self.province.total(at=self.aggregator) == self.province.expected


@pytest.fixture(scope="module")
async def empty_database(postgres_server: Server) -> AsyncIterator[str]:
    """A database that nothing was done to."""
    connection = await asyncpg.connect(postgres_server.dsn)
    try:
        await connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
        yield f"{postgres_server.dsn.rpartition('/')[0]}/{DATABASE}"
        await connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def installation(
    empty_database: str, kafka_programs: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Installation]:
    """Started as docker-compose starts it: the broker, migrate to its end, the services."""
    folder = tmp_path_factory.mktemp("deployment")
    broker = LocalKafka(folder / "kafka", libraries=kafka_programs)
    moved = {
        "TONGHOP_DATABASE_URL": empty_database,
        "TONGHOP_KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers,
    }
    async with AsyncExitStack() as stack:
        await broker.start()
        stack.push_async_callback(broker.stop)
        migrate = ContainerProcess(container("migrate"), folder=folder, moved=moved)
        assert await migrate.run() == 0, migrate.output
        province = await make_province(empty_database)
        services = {}
        for name in SERVICES:
            services[name] = ContainerProcess(container(name), folder=folder, moved=moved)
            stack.push_async_callback(services[name].abandon)
        await asyncio.gather(*(each.start() for each in services.values()))
        engine = create_engine(empty_database, pool_size=1)
        stack.push_async_callback(engine.dispose)
        yield Installation(
            services=services,
            broker=broker,
            broker_folder=folder / "kafka",
            libraries=kafka_programs,
            province=province,
            engine=engine,
        )
