//! `tapedeck test`.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::Mutex;

use workbench::{Address, AppError, TestEvent, TestResult, Workbench};

use crate::exit;
use crate::output::Output;

/// Tests the cells of an address, a line each as it ends.
pub async fn run(
    target: Address,
    env: Option<String>,
    workbench: &Workbench,
    output: Output,
) -> Result<ExitCode, AppError> {
    let request = workbench.test_request(&target, env.as_deref()).await?;
    let failure: Arc<Mutex<Option<AppError>>> = Arc::default();
    let broken = Arc::clone(&failure);
    let summary = workbench
        .test_start(request, move |event| {
            if let TestEvent::Finished { result, .. } = event
                && let Err(error) = output.line(result.as_ref(), describe)
            {
                broken
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .get_or_insert(error);
            }
        })
        .await?;
    if let Some(error) = failure
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .take()
    {
        return Err(error);
    }
    if summary.skipped > 0 {
        output.remark(&format!(
            "{} connections of inactive environments were skipped.",
            summary.skipped
        ));
    }
    let all_connected = summary.failed == 0 && summary.cancelled == 0;
    Ok(ExitCode::from(if all_connected {
        exit::DONE
    } else {
        exit::FAILED
    }))
}

fn describe(result: &TestResult) -> String {
    let name = format!("{}@{}", result.database, result.env);
    match &result.error {
        None => {
            let server = [result.server.as_deref(), result.version.as_deref()]
                .into_iter()
                .flatten();
            let latency = result
                .latency_ms
                .map(|ms| format!(", {ms:.1} ms"))
                .unwrap_or_default();
            let tls = match &result.tls {
                None => "no TLS".to_owned(),
                Some(tls) if tls.verified => format!("{}, certificate verified", tls.version),
                Some(tls) => format!("{}, certificate not verified", tls.version),
            };
            format!(
                "ok      {name}  {}{latency}, {tls}",
                server.collect::<Vec<_>>().join(" ")
            )
        }
        Some(error) => format!(
            "failed  {name}  at {}: {} {}",
            result.stage, error.message, error.remedy
        ),
    }
}
