//! Users.

use ports::{NewUser, Page, PageRequest, ProfileChange, Role, StoreError, Timestamp, User, UserId};
use sqlx::FromRow;

use super::{
    Database,
    backend::{execute, on},
    failure::unreadable,
};

/// Who departed is still there until everything else of theirs is deleted.
macro_rules! present {
    () => {
        "WHERE id <> 'former-author' AND NOT EXISTS (SELECT 1 FROM departures d WHERE d.user_id = users.id)"
    };
}

macro_rules! user_columns {
    () => {
        "id, email, name, password_hash, avatar, department, role, is_active, created_at, updated_at"
    };
}

impl Database {
    pub(super) async fn insert_user(&self, user: NewUser) -> Result<User, StoreError> {
        let row: Option<UserRow> = on!(&*self.writes.turn().await?, db => sqlx::query_as(
            concat!("INSERT INTO users (id, email, name, password_hash, role, created_at, updated_at)
             SELECT $1, $2, $3, $4, $5, $6, $6
             WHERE NOT EXISTS (SELECT 1 FROM departures WHERE user_id = $1)
             ON CONFLICT DO NOTHING RETURNING ", user_columns!()),
        )
        .bind(user.id.as_str())
        .bind(&user.email)
        .bind(&user.name)
        .bind(&user.password_hash)
        .bind(user.role.name())
        .bind(user.at.0)
        .fetch_optional(db))?;
        let taken = || StoreError::Conflict("the user's id or e-mail is taken".to_owned());
        row.ok_or_else(taken)?.into_user()
    }

    pub(super) async fn find_user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = on!(&self.reads, db => sqlx::query_as(
            concat!("SELECT ", user_columns!(), " FROM users WHERE id = $1"),
        )
        .bind(id.as_str())
        .fetch_optional(db))?;
        row.map(UserRow::into_user).transpose()
    }

    pub(super) async fn find_user_by_email(&self, email: &str) -> Result<Option<User>, StoreError> {
        let row: Option<UserRow> = on!(&self.reads, db => sqlx::query_as(
            concat!("SELECT ", user_columns!(), " FROM users WHERE email = $1"),
        )
        .bind(email)
        .fetch_optional(db))?;
        row.map(UserRow::into_user).transpose()
    }

    pub(super) async fn list_users(&self, page: PageRequest) -> Result<Page<User>, StoreError> {
        let total: i64 = on!(&self.reads, db => sqlx::query_scalar(
            concat!("SELECT COUNT(*) FROM users ", present!()),
        )
        .fetch_one(db))?;
        let size = i64::from(page.size);
        let rows: Vec<UserRow> = on!(&self.reads, db => sqlx::query_as(
            concat!(
                "SELECT ", user_columns!(), " FROM users ", present!(), " ORDER BY created_at DESC, id LIMIT $1 OFFSET $2",
            ),
        )
        .bind(size)
        .bind(size.saturating_mul(i64::from(page.page.saturating_sub(1))))
        .fetch_all(db))?;
        let items = rows.into_iter().map(UserRow::into_user).collect::<Result<_, _>>()?;
        Ok(Page { items, total: total.cast_unsigned() })
    }

    pub(super) async fn update_profile(
        &self,
        id: &UserId,
        change: ProfileChange,
        at: Timestamp,
    ) -> Result<User, StoreError> {
        let row: Option<UserRow> = on!(&*self.writes.turn().await?, db => sqlx::query_as(
            concat!("UPDATE users SET name = COALESCE($2, name), avatar = COALESCE($3, avatar),
                department = COALESCE($4, department), updated_at = $5
             WHERE id = $1 RETURNING ", user_columns!()),
        )
        .bind(id.as_str())
        .bind(&change.name)
        .bind(&change.avatar)
        .bind(&change.department)
        .bind(at.0)
        .fetch_optional(db))?;
        row.ok_or_else(|| no_such(id))?.into_user()
    }

    pub(super) async fn update_password(
        &self,
        id: &UserId,
        password_hash: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let changed = execute!(&*self.writes.turn().await?, db => sqlx::query(
            "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(password_hash)
        .bind(at.0)
        .execute(db))?;
        if changed == 0 {
            return Err(no_such(id));
        }
        Ok(())
    }
}

#[derive(FromRow)]
struct UserRow {
    #[sqlx(try_from = "String")]
    id: UserId,
    email: String,
    name: String,
    password_hash: Option<String>,
    avatar: Option<String>,
    department: Option<String>,
    role: String,
    is_active: bool,
    created_at: i64,
    updated_at: i64,
}

impl UserRow {
    fn into_user(self) -> Result<User, StoreError> {
        Ok(User {
            id: self.id,
            email: self.email,
            name: self.name,
            password_hash: self.password_hash,
            avatar: self.avatar,
            department: self.department,
            role: role(&self.role)?,
            is_active: self.is_active,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
        })
    }
}

pub(super) fn no_such(id: &UserId) -> StoreError {
    StoreError::NotFound(format!("user {id}"))
}

fn role(name: &str) -> Result<Role, StoreError> {
    match name {
        "trainee" => Ok(Role::Trainee),
        "coach" => Ok(Role::Coach),
        "admin" => Ok(Role::Admin),
        other => Err(unreadable("the role", other)),
    }
}
