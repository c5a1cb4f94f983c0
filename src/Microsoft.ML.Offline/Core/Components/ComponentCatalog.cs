using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.ML.Offline;

namespace Microsoft.ML.Runtime;

/// <summary>The classes that can be made by name, gathered from the assemblies that were registered.</summary>
public sealed class ComponentCatalog
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _assemblies = [];
    private readonly Dictionary<(string Name, Type Signature), LoadableClassInfo> _classes = [];

    internal ComponentCatalog()
    {
    }

    /// <summary>Adds the loadable classes of an assembly.</summary>
    public void RegisterAssembly(Assembly assembly, bool throwOnError = true)
    {
        Contracts.CheckValue(assembly, nameof(assembly));
        lock (_lock)
        {
            if (!_assemblies.Add(assembly.FullName!))
                return;
            foreach (var attribute in assembly.GetCustomAttributes<LoadableClassAttributeBase>())
                Add(attribute, throwOnError);

            // ML.NET looks at every type of the assembly here, so an assembly with a type that does not load is refused. Here as well.
            _ = assembly.GetTypes();
        }
    }

    private void Add(LoadableClassAttributeBase attribute, bool throwOnError)
    {
        var info = LoadableClassInfo.CreateOrNull(attribute);
        if (info == null)
        {
            if (throwOnError)
                throw Contracts.Except($"The loadable class {attribute.InstanceType} ({attribute.LoadNames[0]}) has no fitting Create.");
            return;
        }

        foreach (var signature in attribute.SigTypes)
        {
            foreach (string name in attribute.LoadNames)
            {
                if (!_classes.TryAdd((Normalize(name), signature), info) && throwOnError)
                    throw Contracts.Except($"The load name '{name}' is taken twice: {attribute.InstanceType} and another class have it.");
            }
        }
    }

    /// <summary>Makes the class of a name for a signature; false when there is none.</summary>
    internal static bool TryCreateInstance<TRes, TSig>(
        IHostEnvironment env, [NotNullWhen(true)] out TRes? result, string name, string options, params object[] extra)
        where TRes : class
    {
        Contracts.CheckValue(env, nameof(env));
        result = null;
        LoadableClassInfo? info;
        var catalog = env.ComponentCatalog;
        lock (catalog._lock)
        {
            if (!catalog._classes.TryGetValue((Normalize(name), typeof(TSig)), out info))
                return false;
        }

        if (!typeof(TRes).IsAssignableFrom(info.Type))
            throw env.Except($"The loadable class '{name}' is not a {typeof(TRes)}.");
        if (info.ParameterCount != extra.Length || !string.IsNullOrEmpty(options))
            throw env.Except($"The loadable class '{name}' takes {info.ParameterCount} parameters and no options.");
        result = (TRes)info.CreateInstance(env, extra);
        return true;
    }

    private static string Normalize(string name) => name.ToLowerInvariant().Trim();
}
