using System.Reflection;

namespace Microsoft.ML.Offline;

/// <summary>Calls a generic method for a type that is known at run time only: once per column, never per row.</summary>
internal static class GenericMethods
{
    /// <summary>Calls the method of <paramref name="template"/>, whatever type it was made of, for <paramref name="typeArgument"/>.</summary>
    public static TResult Invoke<TResult>(Delegate template, Type typeArgument, params object?[] arguments)
        => (TResult)template.Method.GetGenericMethodDefinition().MakeGenericMethod(typeArgument)
            .Invoke(template.Target, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
}
