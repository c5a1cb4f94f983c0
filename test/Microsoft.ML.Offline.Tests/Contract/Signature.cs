using System.Reflection;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Offline.Tests.Contract;

/// <summary>
/// Types and members as lines of text, whatever assembly they are of. Two members with the same line are the same to code that is compiled
/// against them: kind, types, names and defaults of parameters, constraints, attributes. Accessibility is not in the line but for protected members.
/// </summary>
internal static class Signature
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;

    /// <summary>What a type is, without its members: a line each for kind, base classes, interfaces.</summary>
    public static IEnumerable<string> OfType(Type type)
    {
        var kind = type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : "class";
        var modifiers = type.IsInterface ? "" : $"{(type.IsAbstract ? "abstract " : "")}{(type.IsSealed ? "sealed " : "")}";
        yield return $"{Attributes(type)}{modifiers}{kind} {TypeName.OfParameters(type.GetGenericArguments())}";
        if (type.IsEnum)
            yield return $"of {TypeName.Of(type.GetEnumUnderlyingType())}";
        for (var ancestor = type.BaseType; ancestor != null; ancestor = ancestor.BaseType)
        {
            if (ancestor.IsVisible)
                yield return $"is a {TypeName.Of(ancestor)}";
        }
        foreach (var face in type.GetInterfaces().Where(face => face.IsVisible))
            yield return $"is a {TypeName.Of(face)}";
    }

    /// <summary>The members that code outside of the assembly sees, inherited ones too, but no nested types.</summary>
    public static IEnumerable<MemberInfo> Visible(Type type)
        => type.GetMembers(All).Where(member => member is not Type && IsVisible(member) && !IsAccessor(member));

    /// <summary>The members of a name, whoever may see them.</summary>
    public static IEnumerable<MemberInfo> Named(Type type, string name)
        => type.GetMembers(All).Where(member => member is not Type && member.Name == name && !IsAccessor(member));

    public static string Of(MemberInfo member) => Attributes(member) + member switch
    {
        MethodBase method => OfMethod(method),
        PropertyInfo property => OfProperty(property),
        FieldInfo field => OfField(field),
        EventInfo @event => $"{Modifiers(@event.AddMethod!)}event {TypeName.Of(@event.EventHandlerType!)} {@event.Name}",
        _ => throw new ArgumentException($"{member} is of no known kind.", nameof(member)),
    };

    private static string OfMethod(MethodBase method)
    {
        var generic = method.IsGenericMethodDefinition ? TypeName.OfParameters(method.GetGenericArguments()) : "";
        var result = method is MethodInfo info ? $"{TypeName.Of(info.ReturnType)} " : "";
        return $"{Modifiers(method)}{result}{method.Name}{generic}({Parameters(method.GetParameters())})";
    }

    private static string OfProperty(PropertyInfo property)
    {
        var accessors = property.GetAccessors(nonPublic: true).Where(IsVisible).ToArray();
        var shown = accessors.Length > 0 ? accessors : property.GetAccessors(nonPublic: true);
        var kinds = shown.Select(accessor => $"{Modifiers(accessor)}{(accessor.ReturnType == typeof(void) ? "set" : "get")};");
        var names = string.Join(" ", kinds.Order(StringComparer.Ordinal));
        return $"{TypeName.Of(property.PropertyType)} {property.Name}[{Parameters(property.GetIndexParameters())}] {{ {names} }}";
    }

    private static string OfField(FieldInfo field)
    {
        var modifiers = field.IsLiteral ? "const " : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}";
        var value = field.IsLiteral ? $" = {field.GetRawConstantValue() ?? "null"}" : "";
        return $"{(field.IsFamily || field.IsFamilyOrAssembly ? "protected " : "")}{modifiers}{TypeName.Of(field.FieldType)} {field.Name}{value}";
    }

    private static string Modifiers(MethodBase method)
    {
        var access = method.IsFamily || method.IsFamilyOrAssembly ? "protected " : "";
        var binding = method.IsStatic ? "static " : method.IsAbstract ? "abstract " : method.IsVirtual && !IsClosed(method) ? "virtual " : "";
        return access + binding;
    }

    /// <summary>Whether nobody can override the method.</summary>
    private static bool IsClosed(MethodBase method) => method.IsFinal || method.ReflectedType!.IsSealed;

    private static string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(parameter =>
        $"{Attributes(parameter)}{(parameter.IsIn ? "in " : parameter.IsOut ? "out " : "")}{TypeName.Of(parameter.ParameterType)} {parameter.Name}"
        + (parameter.HasDefaultValue ? $" = {parameter.RawDefaultValue ?? "null"}" : "")));

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.ReflectedType!.IsSealed),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        FieldInfo field => field.IsPublic || ((field.IsFamily || field.IsFamilyOrAssembly) && !field.ReflectedType!.IsSealed),
        EventInfo @event => IsVisible(@event.AddMethod!),
        _ => false,
    };

    private static bool IsAccessor(MemberInfo member) => member is MethodInfo { IsSpecialName: true } method && !method.Name.StartsWith("op_");

    /// <summary>The attributes that mean something to the compiler of other code, or to ML.NET when it reads the caller's types.</summary>
    private static string Attributes(ICustomAttributeProvider provider)
    {
        var data = provider switch
        {
            MemberInfo member => member.GetCustomAttributesData(),
            ParameterInfo parameter => parameter.GetCustomAttributesData(),
            _ => throw new ArgumentException($"{provider} has no attributes.", nameof(provider)),
        };
        return string.Concat(data.Where(Matters).Select(attribute => $"[{Describe(attribute)}] ").Order(StringComparer.Ordinal));
    }

    private static bool Matters(CustomAttributeData attribute)
        => attribute.AttributeType == typeof(ObsoleteAttribute)
        || attribute.AttributeType == typeof(AttributeUsageAttribute)
        || attribute.AttributeType == typeof(FlagsAttribute)
        || attribute.AttributeType == typeof(ParamArrayAttribute)
        || attribute.AttributeType == typeof(ExtensionAttribute)
        || attribute.AttributeType == typeof(DefaultMemberAttribute)
        || (attribute.AttributeType.FullName!.StartsWith("Microsoft.ML.") && attribute.AttributeType.IsVisible);

    private static string Describe(CustomAttributeData attribute)
    {
        // What is left out has a default here, so it is the same as when it is written out.
        if (attribute.AttributeType == typeof(AttributeUsageAttribute))
        {
            var flags = attribute.NamedArguments.ToDictionary(argument => argument.MemberName, argument => (bool)argument.TypedValue.Value!);
            var many = flags.GetValueOrDefault(nameof(AttributeUsageAttribute.AllowMultiple));
            var inherited = flags.GetValueOrDefault(nameof(AttributeUsageAttribute.Inherited), true);
            return $"usage {attribute.ConstructorArguments[0].Value} {many} {inherited}";
        }
        var given = attribute.ConstructorArguments.Select(argument => $"{argument.Value}");
        var named = attribute.NamedArguments.Select(argument => $"{argument.MemberName}={argument.TypedValue.Value}").Order(StringComparer.Ordinal);
        return $"{TypeName.Of(attribute.AttributeType)}({string.Join(", ", given.Concat(named))})";
    }
}
