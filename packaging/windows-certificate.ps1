# Puts the certificate of the secrets into this account's store, and tells Tauri its thumbprint. Without one, nothing is signed.
$ErrorActionPreference = "Stop"
if (-not $env:WINDOWS_CERTIFICATE) {
    Write-Output "::notice::WINDOWS_CERTIFICATE is not set: the installers are not signed, and Windows warns of them"
    exit 0
}
$file = Join-Path ([IO.Path]::GetTempPath()) "certificate.pfx"
try {
    [IO.File]::WriteAllBytes($file, [Convert]::FromBase64String($env:WINDOWS_CERTIFICATE))
    $password = ConvertTo-SecureString -String $env:WINDOWS_CERTIFICATE_PASSWORD -Force -AsPlainText
    $certificate = Import-PfxCertificate -FilePath $file -CertStoreLocation Cert:\CurrentUser\My -Password $password
} finally {
    Remove-Item -Force -ErrorAction SilentlyContinue $file
}
New-Item -ItemType Directory -Force target | Out-Null
@{
    bundle = @{
        windows = @{
            certificateThumbprint = $certificate.Thumbprint
            digestAlgorithm       = "sha256"
            timestampUrl          = "http://timestamp.digicert.com"
        }
    }
} | ConvertTo-Json -Depth 4 | Set-Content target/tauri.windows-certificate.json
