using System.Reflection;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Offline;

/// <summary>How one loadable class is made: by a static method Create or by a constructor, with or without the environment.</summary>
internal sealed class LoadableClassInfo
{
    private const BindingFlags Visibility = BindingFlags.Public | BindingFlags.NonPublic;

    private readonly Func<object?[], object> _make;
    private readonly bool _takesEnvironment;

    private LoadableClassInfo(LoadableClassAttributeBase attribute, Func<object?[], object> make, bool takesEnvironment)
    {
        Type = attribute.InstanceType;
        ParameterCount = attribute.CtorTypes.Length;
        _make = make;
        _takesEnvironment = takesEnvironment;
    }

    /// <summary>The type that is made.</summary>
    public Type Type { get; }

    /// <summary>How many parameters there are besides the environment.</summary>
    public int ParameterCount { get; }

    /// <summary>Finds what makes the class. Of a constructor and a Create method the more visible one is taken.</summary>
    public static LoadableClassInfo? CreateOrNull(LoadableClassAttributeBase attribute)
    {
        var loader = attribute.LoaderType;
        Type[] plain = attribute.CtorTypes;
        Type[] withEnvironment = [typeof(IHostEnvironment), .. plain];

        ConstructorInfo? constructor = null;
        if (attribute.InstanceType.IsAssignableFrom(loader))
            constructor = FindConstructor(plain) ?? FindConstructor(withEnvironment);
        var create = FindCreate(plain) ?? FindCreate(withEnvironment);
        if (constructor != null && create != null)
        {
            int difference = Rank(constructor) - Rank(create);
            if (difference == 0)
                throw Contracts.Except($"{loader} has both a Create method and a constructor of one visibility: which one makes it is not clear.");
            if (difference > 0)
                create = null;
        }

        if (create != null)
            return new(attribute, args => create.Invoke(null, args)!, create.GetParameters().Length > plain.Length);
        if (constructor != null)
            return new(attribute, constructor.Invoke, constructor.GetParameters().Length > plain.Length);
        return null;

        ConstructorInfo? FindConstructor(Type[] types) => loader.GetConstructor(BindingFlags.Instance | Visibility, types);

        MethodInfo? FindCreate(Type[] types)
        {
            var method = loader.GetMethod("Create", BindingFlags.Static | Visibility, types);
            return method?.ReturnType == attribute.InstanceType ? method : null;
        }
    }

    private static int Rank(MethodBase method)
        => method.IsPublic ? 5 : method.IsAssembly ? 4 : method.IsFamilyOrAssembly ? 3 : method.IsFamily ? 2 : method.IsPrivate ? 1 : 0;

    /// <summary>Makes the class.</summary>
    public object CreateInstance(IHostEnvironment env, object[] arguments)
    {
        try
        {
            return _make(_takesEnvironment ? [env, .. arguments] : arguments);
        }
        catch (TargetInvocationException ex) when (ex.InnerException?.IsMarked() == true)
        {
            throw Contracts.Except(ex, $"Could not make a {Type}: {ex.InnerException.Message}");
        }
    }
}
