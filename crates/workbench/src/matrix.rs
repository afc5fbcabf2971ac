//! The home screen.

use crate::dto::{MatrixView, TestResult};
use crate::view::matrix_view;
use crate::{Result, Workbench};

impl Workbench {
    /// Databases down, environments across, with each cell's last test. Reads no secret, so that a locked or hung
    /// keyring never keeps the list from its owner; [`Workbench::credentials_check`] fills in the rest.
    pub async fn matrix_load(&self, product: String) -> Result<MatrixView> {
        self.on_catalog(move |catalog| Ok(matrix_view(catalog.matrix(&product)?)))
            .await
    }

    /// The last test of a cell, whole: the matrix holds only what a cell shows of it.
    pub async fn test_last(&self, config_id: String) -> Result<Option<TestResult>> {
        let kept = self
            .on_catalog(move |catalog| catalog.last_test(&config_id))
            .await?;
        // What an older version kept and this one can't read says nothing any more.
        Ok(kept.and_then(|test| serde_json::from_str(&test.result).ok()))
    }
}
