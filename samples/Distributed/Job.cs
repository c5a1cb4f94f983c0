using Microsoft.ML.RevRnn;

namespace Distributed;

/// <summary>Work of all ranks.</summary>
internal static class Job
{
    /// <summary>Does it. An exception on one rank is told, and ends the others.</summary>
    public static int Run(Action<IGradientGroup> work)
    {
        MpiGroup group;
        try
        {
            group = MpiGroup.World();
        }
        catch (PlatformNotSupportedException failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
        try
        {
            work(group);
            return 0;
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or ArgumentException or FormatException)
        {
            Console.Error.WriteLine($"Rank {group.Rank} of {group.Size}: {failure.Message}");
            // The exit code, which ends the job.
            return 1;
        }
    }
}
