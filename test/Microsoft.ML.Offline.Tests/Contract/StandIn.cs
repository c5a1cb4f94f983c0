using System.Reflection;
using System.Runtime.Loader;

namespace Microsoft.ML.Offline.Tests.Contract;

/// <summary>The stand-in and ML.NET, as assemblies to look into. Their types have the same names, and are told apart by their assemblies.</summary>
internal static class StandIn
{
    private const string FileName = "Microsoft.ML.Offline.dll";

    private static readonly Dictionary<string, Type> _mlNetTypes = Directory
        .GetFiles(AppContext.BaseDirectory, "Microsoft.ML*.dll")
        .Where(path => Path.GetFileName(path) != FileName && Path.GetFileName(path) != $"{typeof(StandIn).Assembly.GetName().Name}.dll")
        .SelectMany(path => Assembly.LoadFrom(path).GetTypes())
        .GroupBy(type => type.FullName!)
        .ToDictionary(types => types.Key, types => types.OrderByDescending(type => type.IsVisible).First());

    public static Assembly Assembly { get; } =
        new AssemblyLoadContext(nameof(StandIn)).LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, FileName));

    /// <summary>The public types, nested ones too.</summary>
    public static IEnumerable<Type> PublicTypes => Assembly.GetTypes().Where(type => type.IsVisible);

    /// <summary>The lines of eng/MLNetInternals.txt, without comments: Assembly!Type or Assembly!Type::Member.</summary>
    public static IEnumerable<string> ReachedInternals => File
        .ReadLines(Path.Combine(AppContext.BaseDirectory, "MLNetInternals.txt"))
        .Select(line => line.Split('#')[0].Trim())
        .Where(line => line.Length > 0);

    /// <summary>ML.NET's type of a full name as reflection writes it; null where there is none.</summary>
    public static Type? InMlNet(string fullName) => _mlNetTypes.GetValueOrDefault(fullName);
}
