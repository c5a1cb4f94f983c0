using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>Chromium without a window. Where a change is checked it must be there; elsewhere a test that wants it says that it is not.</summary>
internal static class Browser
{
    private static readonly string[] _names = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>Opens a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="script">What a reader does, after the page's own script; null for nothing.</param>
    /// <returns>The page's elements when all scripts have run, and what the browser has to say of errors.</returns>
    public static (string Elements, string Errors) Open(string page, string? script = null)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("page.html");
        File.WriteAllText(file, script == null ? page : Add(page, script));
        using var browser = Process.Start(new ProcessStartInfo(Find(),
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--enable-logging=stderr", $"--user-data-dir={folder.File("profile")}",
            "--virtual-time-budget=2000", "--dump-dom", $"file://{file}",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = browser.StandardError.ReadToEndAsync();
        var elements = browser.StandardOutput.ReadToEnd();
        browser.WaitForExit();
        Assert.AreEqual(0, browser.ExitCode, errors.Result);
        return (elements, string.Join('\n', errors.Result.Split('\n').Where(line => line.Contains("CONSOLE", StringComparison.Ordinal))));
    }

    /// <summary>The page's policy lets no other script run than its own, so this one is added to the policy too.</summary>
    private static string Add(string page, string script)
    {
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        return page.Replace("script-src ", $"script-src 'sha256-{hash}' ", StringComparison.Ordinal)
            .Replace("</body>", $"<script>{script}</script></body>", StringComparison.Ordinal);
    }

    private static string Find()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        foreach (var name in _names)
        {
            foreach (var folder in folders)
            {
                if (File.Exists(Path.Combine(folder, name)))
                    return Path.Combine(folder, name);
            }
        }
        const string Message = "Pages are opened by Chromium, which is not installed.";
        return Environment.GetEnvironmentVariable("CI") is { Length: > 0 } ? throw new AssertFailedException(Message) : throw new AssertInconclusiveException(Message);
    }
}
