//! The home screen.

use crate::dto::MatrixView;
use crate::view::matrix_view;
use crate::{Result, Workbench};

impl Workbench {
    /// Databases down, environments across, with each cell's last test. Reads no secret, so that a locked or hung
    /// keyring never keeps the list from its owner; [`Workbench::credentials_check`] fills in the rest.
    pub async fn matrix_load(&self, product: String) -> Result<MatrixView> {
        self.on_catalog(move |catalog| Ok(matrix_view(&catalog.matrix(&product)?)))
            .await
    }
}
