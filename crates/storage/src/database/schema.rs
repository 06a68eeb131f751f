//! Which migrations there are, and which of them the database has.

use std::collections::HashSet;

use ports::StoreError;
use sqlx::{Executor as _, migrate::Migrator};

use super::{
    Database,
    backend::{Backend, on},
    failure::{failure, migration_failure},
};

impl Database {
    /// Applies what is pending, in order. Several servers may call this at once.
    ///
    /// Refused when an applied migration was edited. A database that is ahead of this version is
    /// fine, so that a release can be taken back.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        let migrator = self.migrator();
        match &*self.writes.turn().await? {
            // Sqlx locks PostgreSQL itself; here it is this transaction that keeps others out.
            Backend::Sqlite(pool) => {
                let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.map_err(failure)?;
                migrator.run(&mut *transaction).await.map_err(migration_failure)?;
                transaction.commit().await.map_err(failure)
            }
            Backend::Postgres(pool) => {
                let mut connection = pool.acquire().await.map_err(failure)?;
                // Another server may be changing tables for longer than anybody waits otherwise.
                connection.execute("SET lock_timeout = 0").await.map_err(failure)?;
                let migrated = migrator.run(&mut *connection).await.map_err(migration_failure);
                connection.close().await.map_err(failure)?;
                migrated
            }
        }
    }

    /// The names of the migrations that [`Self::migrate`] would apply. Changes nothing.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        let applied = self.applied_versions().await?;
        let pending = |migration: &&sqlx::migrate::Migration| {
            migration.migration_type.is_up_migration() && !applied.contains(&migration.version)
        };
        Ok(self
            .migrator()
            .iter()
            .filter(pending)
            .map(|migration| format!("{:04} {}", migration.version, migration.description))
            .collect())
    }

    async fn applied_versions(&self) -> Result<HashSet<i64>, StoreError> {
        let is_new = match &self.reads {
            Backend::Sqlite(_) => "SELECT NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')",
            Backend::Postgres(_) => "SELECT to_regclass('_sqlx_migrations') IS NULL",
        };
        if on!(&self.reads, db => sqlx::query_scalar(is_new).fetch_one(db))? {
            return Ok(HashSet::new());
        }
        let versions: Vec<i64> = on!(&self.reads, db => sqlx::query_scalar(
            "SELECT version FROM _sqlx_migrations WHERE success",
        )
        .fetch_all(db))?;
        Ok(versions.into_iter().collect())
    }

    fn migrator(&self) -> Migrator {
        let mut migrator = match &self.reads {
            Backend::Sqlite(_) => sqlx::migrate!("../../migrations/sqlite"),
            Backend::Postgres(_) => sqlx::migrate!("../../migrations/postgres"),
        };
        migrator.set_ignore_missing(true);
        migrator
    }
}
