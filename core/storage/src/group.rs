//! Rows of `project_groups` and `group_members`.

use codegraph_model::{Group, GroupId, GroupRole, Member, UserId};
use jiff::Timestamp;

use crate::error::StorageError;
use crate::project::Scope;
use crate::sql::{Row, Statement};
use crate::tx::Tx;

const NOUN: &str = "a group of this name";

/// Groups, in a transaction.
pub struct Groups<'tx>(pub(crate) &'tx mut Tx);

/// What somebody may do in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The group.
    pub group: GroupId,
    /// The role there.
    pub role: GroupRole,
}

impl Groups<'_> {
    /// Adds a group.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] where the name is taken.
    pub async fn add(
        &mut self,
        name: &str,
        description: &str,
        now: Timestamp,
    ) -> Result<Group, StorageError> {
        let id = GroupId::new(now);
        let statement = Statement::new(
            "INSERT INTO project_groups (id, name, description, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
        )
        .bind(id.to_string())
        .bind(name)
        .bind(description)
        .bind(now);
        self.0.insert(statement, NOUN).await?;
        Ok(Group {
            id,
            name: name.to_owned(),
            description: description.to_owned(),
            created_at: now,
            updated_at: now,
            project_count: 0,
        })
    }

    /// Gives a group that the scope reaches.
    pub async fn lookup(
        &mut self,
        scope: Scope,
        id: GroupId,
    ) -> Result<Option<Group>, StorageError> {
        let statement = Statement::new(
            "SELECT id, name, description, created_at, updated_at, \
             (SELECT COUNT(*) FROM projects WHERE projects.group_id = project_groups.id) FROM project_groups \
             WHERE id = $1 AND ($2 = 1 OR id IN (SELECT group_id FROM group_members WHERE user_id = $3))",
        )
        .bind(id.to_string())
        .bind(scope.is_all())
        .bind(scope.user());
        self.0.row(statement).await?.as_ref().map(read).transpose()
    }

    /// Gives the groups that the scope reaches, by name, and how many there are in all.
    pub async fn list(
        &mut self,
        scope: Scope,
        limit: u64,
        offset: u64,
    ) -> Result<(Vec<Group>, u64), StorageError> {
        let page = Statement::new(
            "SELECT id, name, description, created_at, updated_at, \
             (SELECT COUNT(*) FROM projects WHERE projects.group_id = project_groups.id) FROM project_groups \
             WHERE ($1 = 1 OR id IN (SELECT group_id FROM group_members WHERE user_id = $2)) \
             ORDER BY name, id LIMIT $3 OFFSET $4",
        )
        .bind(scope.is_all())
        .bind(scope.user())
        .bind(limit)
        .bind(offset);
        let groups: Result<Vec<Group>, _> = self.0.rows(page).await?.iter().map(read).collect();
        let total = Statement::new(
            "SELECT COUNT(*) FROM project_groups \
             WHERE ($1 = 1 OR id IN (SELECT group_id FROM group_members WHERE user_id = $2))",
        )
        .bind(scope.is_all())
        .bind(scope.user());
        let row = self.0.row(total).await?;
        Ok((groups?, row.map_or(Ok(0), |row| row.count(0))?))
    }

    /// Changes a group.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] where the name is taken.
    pub async fn update(
        &mut self,
        id: GroupId,
        name: Option<&str>,
        description: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let statement = Statement::new(
            "UPDATE project_groups SET name = COALESCE($2, name), description = COALESCE($3, description), \
             updated_at = $4 WHERE id = $1",
        )
        .bind(id.to_string())
        .bind(name)
        .bind(description)
        .bind(now);
        self.0.insert(statement, NOUN).await
    }

    /// Removes a group with its projects; their graph files are the caller's to remove, after the commit. False where there is none.
    pub async fn remove(&mut self, id: GroupId) -> Result<bool, StorageError> {
        let statement =
            Statement::new("DELETE FROM project_groups WHERE id = $1").bind(id.to_string());
        Ok(self.0.run(statement).await? == 1)
    }

    /// Gives what a user may do in a group; none where it does not belong to it.
    pub async fn access(
        &mut self,
        user: UserId,
        group: GroupId,
    ) -> Result<Option<Access>, StorageError> {
        let statement =
            Statement::new("SELECT role FROM group_members WHERE group_id = $1 AND user_id = $2")
                .bind(group.to_string())
                .bind(user.to_string());
        let row = self.0.row(statement).await?;
        row.map(|row| {
            Ok(Access {
                group,
                role: row.parsed(0)?,
            })
        })
        .transpose()
    }

    /// Gives who belongs to a group, by name.
    pub async fn members(&mut self, group: GroupId) -> Result<Vec<Member>, StorageError> {
        let statement = Statement::new(
            "SELECT m.user_id, u.username, m.role, m.created_at FROM group_members m JOIN users u ON u.id = m.user_id \
             WHERE m.group_id = $1 ORDER BY u.username_key",
        )
        .bind(group.to_string());
        self.0.rows(statement).await?.iter().map(member).collect()
    }

    /// Adds a member.
    ///
    /// # Errors
    /// [`StorageError::Conflict`] where the user belongs to the group already; [`StorageError::Gone`] where there is no such user.
    pub async fn add_member(
        &mut self,
        group: GroupId,
        user: UserId,
        role: GroupRole,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let statement = Statement::new(
            "INSERT INTO group_members (group_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(group.to_string())
        .bind(user.to_string())
        .bind(role.text())
        .bind(now);
        self.0.insert(statement, "the user in this group").await
    }

    /// Removes a member; false where it is none.
    pub async fn remove_member(
        &mut self,
        group: GroupId,
        user: UserId,
    ) -> Result<bool, StorageError> {
        let statement =
            Statement::new("DELETE FROM group_members WHERE group_id = $1 AND user_id = $2")
                .bind(group.to_string())
                .bind(user.to_string());
        Ok(self.0.run(statement).await? == 1)
    }
}

fn read(row: &Row) -> Result<Group, StorageError> {
    Ok(Group {
        id: row.parsed(0)?,
        name: row.text(1)?,
        description: row.text(2)?,
        created_at: row.time(3)?,
        updated_at: row.time(4)?,
        project_count: row.count(5)?,
    })
}

fn member(row: &Row) -> Result<Member, StorageError> {
    Ok(Member {
        user: row.parsed(0)?,
        username: row.parsed(1)?,
        role: row.parsed(2)?,
        created_at: row.time(3)?,
    })
}
