//! What a database error means for the caller.

use ports::StoreError;
use sqlx::{Error, error::DatabaseError, migrate::MigrateError, sqlite::SqliteError};

pub(super) fn failure(error: Error) -> StoreError {
    match error {
        Error::Database(error) => refusal(error.as_ref()),
        Error::Migrate(error) => migration_failure(*error),
        Error::Io(_)
        | Error::Protocol(_)
        | Error::PoolTimedOut
        | Error::PoolClosed
        | Error::WorkerCrashed
        | Error::BeginFailed => StoreError::Unavailable(error.to_string()),
        _ => StoreError::Refused(error.to_string()),
    }
}

pub(super) fn migration_failure(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => failure(error),
        other => StoreError::Refused(other.to_string()),
    }
}

/// The same of the journal's own connection.
pub(super) fn sqlite_failure(error: rusqlite::Error) -> StoreError {
    const FOREIGN_KEY: i32 = 787;
    let text = error.to_string();
    match error.sqlite_error().map(|error| error.extended_code) {
        Some(FOREIGN_KEY) => StoreError::NotFound(format!("what this row belongs to ({text})")),
        Some(code) if sqlite_may_recover(&code.to_string()) => recoverable(text, &code.to_string()),
        Some(_) | None => StoreError::Refused(text),
    }
}

/// Another connection is writing the same SQLite file.
pub(super) fn is_busy(error: &Error) -> bool {
    let sqlite = error.as_database_error().and_then(|error| error.try_downcast_ref::<SqliteError>());
    let code = sqlite.and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

/// A row that this version cannot read.
pub(super) fn unreadable(what: &str, found: impl std::fmt::Display) -> StoreError {
    StoreError::Refused(format!("the database holds {what} {found}"))
}

fn refusal(error: &dyn DatabaseError) -> StoreError {
    let text = error.to_string();
    if error.is_unique_violation() {
        return StoreError::Conflict(text);
    }
    if error.is_foreign_key_violation() {
        return StoreError::NotFound(format!("what this row belongs to ({text})"));
    }
    let code = error.code().unwrap_or_default();
    let passing = match error.try_downcast_ref::<SqliteError>() {
        Some(_) => sqlite_may_recover(&code),
        None => postgres_may_recover(&code),
    };
    if !passing {
        return StoreError::Refused(text);
    }
    recoverable(text, &code)
}

fn recoverable(text: String, code: &str) -> StoreError {
    if is_full(code) {
        return StoreError::Unavailable(format!("{text}; make room on the database's disk"));
    }
    StoreError::Unavailable(text)
}

/// Busy, locked, input/output, full, cannot open: the low byte of SQLite's extended code.
fn sqlite_may_recover(code: &str) -> bool {
    let code: u32 = code.parse().unwrap_or_default();
    matches!(code & 0xff, 5 | 6 | 10 | 13 | 14)
}

/// Lost connection, rolled back for others, locked by others, out of resources, stopped by an operator, broken disk;
/// read-only, which is what a former primary is after a failover; and a transaction that was given up.
fn postgres_may_recover(code: &str) -> bool {
    ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class))
        || matches!(code, "25006" | "25P03" | "55P03")
}

fn is_full(code: &str) -> bool {
    code == "13" || code == "53100"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_or_full_sqlite_may_recover_and_a_wrong_statement_may_not() {
        for passing in ["5", "517", "6", "13", "10", "3850"] {
            assert!(sqlite_may_recover(passing), "{passing}");
        }
        for lasting in ["1", "8", "11", "275", "nonsense"] {
            assert!(!sqlite_may_recover(lasting), "{lasting}");
        }
    }

    #[test]
    fn a_restarting_postgres_may_recover_and_a_wrong_password_may_not() {
        for passing in ["57P01", "57P03", "53300", "53100", "40P01", "08006", "25006", "55P03", "25P03"] {
            assert!(postgres_may_recover(passing), "{passing}");
        }
        for lasting in ["28P01", "42P01", "22021", "3D000"] {
            assert!(!postgres_may_recover(lasting), "{lasting}");
        }
    }
}
