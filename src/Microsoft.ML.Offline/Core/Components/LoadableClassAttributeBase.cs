using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Says how a class is made by name.</summary>
internal abstract class LoadableClassAttributeBase : Attribute
{
    protected LoadableClassAttributeBase(
        string? summary, Type instType, Type loaderType, Type? argType, Type[] sigTypes, string userName, params string[] loadNames)
    {
        Contracts.CheckValue(instType, nameof(instType));
        Contracts.CheckValue(loaderType, nameof(loaderType));
        Contracts.CheckNonEmpty(sigTypes, nameof(sigTypes));
        InstanceType = instType;
        LoaderType = loaderType;
        ArgType = argType;
        SigTypes = sigTypes;
        Summary = summary;
        UserName = userName;
        LoadNames = loadNames is { Length: > 0 } ? loadNames : [userName];
        foreach (string name in LoadNames)
            Contracts.CheckNonWhiteSpace(name, nameof(loadNames));
        CtorTypes = argType == null ? Parameters(sigTypes[0]) : [argType, .. Parameters(sigTypes[0])];
    }

    /// <summary>The type that is made.</summary>
    public Type InstanceType { get; }

    /// <summary>The type whose Create method or constructor makes it.</summary>
    public Type LoaderType { get; }

    /// <summary>The type of its options, if it takes any.</summary>
    public Type? ArgType { get; }

    /// <summary>What it is made for.</summary>
    public Type[] SigTypes { get; }

    /// <summary>What the Create method or the constructor takes, but for the environment.</summary>
    public Type[] CtorTypes { get; }

    /// <summary>A sentence about it.</summary>
    public string? Summary { get; }

    /// <summary>Its name for people.</summary>
    public string UserName { get; }

    /// <summary>Its names for files.</summary>
    public string[] LoadNames { get; }

    private static Type[] Parameters(Type signature)
    {
        var invoke = signature.IsSubclassOf(typeof(MulticastDelegate)) ? signature.GetMethod("Invoke") : null;
        Contracts.CheckParam(invoke?.ReturnType == typeof(void), "sigTypes", "A signature is a delegate type without result.");
        return invoke!.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
    }
}
