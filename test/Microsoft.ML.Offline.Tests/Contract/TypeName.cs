namespace Microsoft.ML.Offline.Tests.Contract;

/// <summary>Names of types that are the same for the same type of two assemblies.</summary>
internal static class TypeName
{
    public static string Of(Type type)
    {
        // What a generic parameter is called is nobody's business; its position is.
        if (type.IsGenericParameter)
            return $"{(type.DeclaringMethod == null ? "!" : "!!")}{type.GenericParameterPosition}";
        if (type.IsByRef)
            return $"{Of(type.GetElementType()!)}&";
        if (type.IsPointer)
            return $"{Of(type.GetElementType()!)}*";
        if (type.IsArray)
            return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (!type.IsGenericType)
            return type.FullName!;
        return $"{type.GetGenericTypeDefinition().FullName}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>";
    }

    /// <summary>The generic parameters of a type or method, with what they are bound by: an empty text where there are none.</summary>
    public static string OfParameters(Type[] parameters)
        => parameters.Length == 0 ? "" : $"<{string.Join("; ", parameters.Select(Bounds))}>";

    private static string Bounds(Type parameter)
        => $"{Of(parameter)} {parameter.GenericParameterAttributes} "
            + string.Join(" ", parameter.GetGenericParameterConstraints().Select(Of).Order(StringComparer.Ordinal));
}
