//! The connection editor's tools: completion, comparison, copying to other environments, other forms.

use crate::dto::{
    Changed, CompareSide, DatabaseView, UrlComparison, UrlCopyPreview, UrlCopyRequest, UrlFormatted,
};
use crate::{AppError, Copied, Result, Workbench};

fn soon<T>() -> Result<T> {
    Err(AppError::internal("this is being written"))
}

impl Workbench {
    /// Two environments' URLs, part by part.
    pub async fn url_compare(
        &self,
        _: String,
        _: CompareSide,
        _: CompareSide,
    ) -> Result<UrlComparison> {
        soon()
    }

    /// What a copy would make.
    pub async fn url_copy_preview(&self, _: UrlCopyRequest) -> Result<Vec<UrlCopyPreview>> {
        soon()
    }

    /// The copy.
    pub async fn url_copy_apply(
        &self,
        _: UrlCopyRequest,
        _: Option<u64>,
    ) -> Result<Changed<DatabaseView>> {
        soon()
    }

    /// A form without secrets.
    pub async fn url_format(
        &self,
        _: String,
        _: Option<String>,
        _: String,
    ) -> Result<UrlFormatted> {
        soon()
    }

    /// A form for the clipboard.
    pub async fn url_format_for_copy(&self, _: String, _: String, _: bool) -> Result<Copied> {
        soon()
    }
}
