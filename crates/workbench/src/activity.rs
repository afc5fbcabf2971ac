//! What was done here, and taking it back.

use catalog::{Note, SubjectKind};
use jiff::{SignedDuration, Timestamp};

use crate::dto::ActivityView;
use crate::keyring_entries::Settled;
use crate::view::activity_view;
use crate::{AppError, Result, Workbench};

/// How far two clocks may be apart before a person is told.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_mins(10);

/// The most lines one call gives.
const MOST_LINES: u32 = 500;

impl Workbench {
    /// What was done, newest first; `before` is the id of the last line already shown.
    pub async fn activity_list(
        &self,
        before: Option<String>,
        limit: u32,
    ) -> Result<Vec<ActivityView>> {
        self.on_catalog(move |catalog| {
            let lines = catalog.activities(limit.clamp(1, MOST_LINES), before.as_deref())?;
            Ok(lines.iter().map(activity_view).collect())
        })
        .await
    }

    /// Takes back what an activity did.
    ///
    /// # Errors
    /// `conflict` when the record changed since.
    pub async fn activity_undo(&self, id: String) -> Result<ActivityView> {
        let context = self.context();
        self.on_catalog(move |catalog| Ok(activity_view(&catalog.undo(&context, &id)?)))
            .await
    }

    /// Writes a line about something that changed no record. `summary` holds no secret.
    pub(crate) async fn note(
        &self,
        verb: &str,
        kind: SubjectKind,
        id: &str,
        label: String,
        summary: String,
    ) -> Result<()> {
        let note = Note {
            verb: verb.to_owned(),
            subject_kind: kind,
            subject_id: id.to_owned(),
            subject_label: label,
            summary,
        };
        let context = self.context();
        self.on_catalog(move |catalog| catalog.note_activity(&context, &note).map(|_| ()))
            .await
    }

    /// Ends the undoability of what is older than the retention, and removes the keyring entries that nothing can
    /// bring back any more. A window does so a while after its start; what fails is tried again next time.
    pub async fn purge(&self) -> Result<usize> {
        if self.clock_notice().await.is_some() {
            // With a wrong clock nobody knows what thirty days are.
            return Ok(self.settle_keyring().await?.removed);
        }
        self.clear_left_places().await?;
        let limit = Timestamp::now() - SignedDuration::from_hours(24 * catalog::RETENTION_DAYS);
        self.on_catalog(move |catalog| catalog.purge(limit)).await?;
        Ok(self.settle_keyring().await?.removed)
    }

    /// What a command does as it starts, and a window every hour, quickly and without a question: takes back what a crash
    /// left in the keyring and, where it is time, copies the catalog and ends what can no longer be undone. A failure is no
    /// reason not to go on.
    ///
    /// The answer is what a person should know: that the clock is wrong.
    pub async fn tidy(&self) -> Option<String> {
        self.settle_keyring_at_start().await;
        let copied = self.on_catalog(|catalog| catalog.keep_copy()).await;
        let behind = self.clock_notice().await;
        match copied {
            Ok(None) => {}
            Ok(Some(_)) if behind.is_some() => {}
            Ok(Some(_)) => {
                if let Err(error) = self.purge().await {
                    tracing::warn!(code = error.code, "the purge is tried again later");
                }
            }
            Err(error) => tracing::warn!(code = error.code, "no copy of the catalog was taken"),
        }
        behind
    }

    /// Says so when the clock of this machine is behind the catalog's last change, so that dates can't be trusted.
    pub async fn clock_notice(&self) -> Option<String> {
        let last = self.on_catalog(|catalog| catalog.activities(1, None)).await;
        let last = last.ok()?.into_iter().next()?.at;
        (last > Timestamp::now() + CLOCK_SLACK).then(|| {
            format!(
                "The clock of this machine is behind the last change of the catalog, of {last}. Set the clock. Until then nothing is purged; everything else works."
            )
        })
    }

    /// What a deletion that can still be undone did, in words, for the question whether it is to be final.
    ///
    /// # Errors
    /// `conflict` when the activity deleted nothing, or was undone or purged already.
    pub async fn deletion(&self, activity_id: String) -> Result<String> {
        let activity = self
            .on_catalog(move |catalog| Ok(activity_view(&catalog.activity(&activity_id)?)))
            .await?;
        if activity.verb != "delete" || !activity.undoable {
            return Err(AppError::new(
                "conflict",
                format!(
                    "“{}” is no deletion that could be undone any more.",
                    activity.summary
                ),
            ));
        }
        Ok(activity.summary)
    }

    /// Makes a deletion final: undo is no longer possible, and the passwords of what was deleted leave the keyring at
    /// once. `left` of the answer says how many could not, because the keyring is locked or away; they follow as soon
    /// as it is not.
    ///
    /// # Errors
    /// `conflict` when the activity deleted nothing, or was undone or purged already.
    pub async fn purge_deletion(&self, activity_id: String) -> Result<Settled> {
        self.on_catalog(move |catalog| catalog.purge_deletion(&activity_id))
            .await?;
        self.settle_keyring().await
    }
}
