using Spectre.Console;

namespace Samples;

/// <summary>Where the samples write to.</summary>
internal static class Terminal
{
    private const int Width = 120;

    /// <summary>Runs a sample; what a user can mend is told in a line, without a stack trace. Returns the exit code.</summary>
    public static int Run(Action sample)
    {
        Prepare();
        try
        {
            sample();
            return 0;
        }
        catch (Exception failure) when (failure is
            IOException or ArgumentException or InvalidOperationException or FormatException or UnauthorizedAccessException or TimeoutException or OperationCanceledException)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }

    /// <summary>Where the output goes to a file or another program there is no terminal to ask for a width and colours.</summary>
    private static void Prepare()
    {
        if (!Console.IsOutputRedirected)
            return;
        AnsiConsole.Profile.Width = Width;
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
    }
}
