using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Runtime;

/// <summary>Checks that throw, and the exceptions that they throw. A context, which may be null, adds where an exception came from.</summary>
internal static class Contracts
{
    private const string MarkKey = "ML_IsMarked";

    /// <summary>Marks an exception as one that was thrown on purpose.</summary>
    public static TException Mark<TException>(TException ex)
        where TException : Exception
    {
        ex.Data[MarkKey] = 1;
        return ex;
    }

    /// <summary>Whether an exception was thrown on purpose.</summary>
    public static bool IsMarked(this Exception ex) => ex.Data.Contains(MarkKey);

    /// <summary>Marks an exception in a context.</summary>
    public static TException Process<TException>(this TException ex, IExceptionContext? ectx = null)
        where TException : Exception
        => ectx != null ? ectx.Process(ex) : Mark(ex);

    public static Exception Except(string msg) => Process(new InvalidOperationException(msg));

    public static Exception Except(this IExceptionContext? ctx, string msg) => Process(new InvalidOperationException(msg), ctx);

    public static Exception Except(Exception inner, string msg) => Process(new InvalidOperationException(msg, inner));

    public static Exception Except(this IExceptionContext? ctx, Exception inner, string msg)
        => Process(new InvalidOperationException(msg, inner), ctx);

    public static Exception ExceptUserArg(string name, string msg) => Process(new ArgumentOutOfRangeException(name, msg));

    public static Exception ExceptUserArg(this IExceptionContext? ctx, string name, string msg)
        => Process(new ArgumentOutOfRangeException(name, msg), ctx);

    public static Exception ExceptParam(string paramName) => Process(new ArgumentOutOfRangeException(paramName));

    public static Exception ExceptParam(this IExceptionContext? ctx, string paramName)
        => Process(new ArgumentOutOfRangeException(paramName), ctx);

    public static Exception ExceptParam(string paramName, string msg) => Process(new ArgumentOutOfRangeException(paramName, msg));

    public static Exception ExceptParam(this IExceptionContext? ctx, string paramName, string msg)
        => Process(new ArgumentOutOfRangeException(paramName, msg), ctx);

    public static Exception ExceptValue(string paramName) => Process(new ArgumentNullException(paramName));

    public static Exception ExceptValue(this IExceptionContext? ctx, string paramName) => Process(new ArgumentNullException(paramName), ctx);

    public static Exception ExceptEmpty(string paramName) => ExceptEmpty(null, paramName);

    public static Exception ExceptEmpty(this IExceptionContext? ctx, string paramName)
        => Process(new ArgumentOutOfRangeException(paramName, $"{paramName} must have a value that is not empty."), ctx);

    public static Exception ExceptDecode(string msg) => Process(new FormatException(msg));

    public static Exception ExceptDecode(this IExceptionContext? ctx, string msg) => Process(new FormatException(msg), ctx);

    public static Exception ExceptDecode(Exception inner, string msg) => Process(new FormatException(msg, inner));

    public static Exception ExceptDecode(this IExceptionContext? ctx, Exception inner, string msg) => Process(new FormatException(msg, inner), ctx);

    public static Exception ExceptNotSupp(string msg) => Process(new NotSupportedException(msg));

    public static Exception ExceptNotSupp(this IExceptionContext? ctx, string msg) => Process(new NotSupportedException(msg), ctx);

    public static Exception ExceptSchemaMismatch(string paramName, string columnRole, string columnName)
        => ExceptSchemaMismatch(null, paramName, columnRole, columnName);

    public static Exception ExceptSchemaMismatch(this IExceptionContext? ctx, string paramName, string columnRole, string columnName)
        => Process(new ArgumentOutOfRangeException(paramName, $"There is no {columnRole} column '{columnName}'."), ctx);

    public static Exception ExceptSchemaMismatch(string paramName, string columnRole, string columnName, string? expectedType, string? actualType)
        => ExceptSchemaMismatch(null, paramName, columnRole, columnName, expectedType, actualType);

    public static Exception ExceptSchemaMismatch(
        this IExceptionContext? ctx, string paramName, string columnRole, string columnName, string? expectedType, string? actualType)
    {
        string msg = $"The {columnRole} column '{columnName}' must be {expectedType}; it is {actualType}.";
        return Process(new ArgumentOutOfRangeException(paramName, msg), ctx);
    }

    public static void Check([DoesNotReturnIf(false)] bool f)
    {
        if (!f)
            throw Process(new InvalidOperationException());
    }

    public static void Check(this IExceptionContext? ctx, [DoesNotReturnIf(false)] bool f)
    {
        if (!f)
            throw Process(new InvalidOperationException(), ctx);
    }

    public static void Check([DoesNotReturnIf(false)] bool f, string msg)
    {
        if (!f)
            throw Except(msg);
    }

    public static void Check(this IExceptionContext? ctx, [DoesNotReturnIf(false)] bool f, string msg)
    {
        if (!f)
            throw Except(ctx, msg);
    }

    public static void CheckUserArg([DoesNotReturnIf(false)] bool f, string name)
    {
        if (!f)
            throw ExceptParam(name);
    }

    public static void CheckUserArg(this IExceptionContext? ctx, [DoesNotReturnIf(false)] bool f, string name)
    {
        if (!f)
            throw ExceptParam(ctx, name);
    }

    public static void CheckUserArg([DoesNotReturnIf(false)] bool f, string name, string msg)
    {
        if (!f)
            throw ExceptUserArg(name, msg);
    }

    public static void CheckUserArg(this IExceptionContext? ctx, [DoesNotReturnIf(false)] bool f, string name, string msg)
    {
        if (!f)
            throw ExceptUserArg(ctx, name, msg);
    }

    public static void CheckParam([DoesNotReturnIf(false)] bool f, string paramName)
    {
        if (!f)
            throw ExceptParam(paramName);
    }

    public static void CheckParam(this IExceptionContext? ctx, [DoesNotReturnIf(false)] bool f, string paramName)
    {
        if (!f)
            throw ExceptParam(ctx, paramName);
    }

    public static void CheckParam([DoesNotReturnIf(false)] bool f, string paramName, string msg)
    {
        if (!f)
            throw ExceptParam(paramName, msg);
    }

    public static void CheckParam(this IExceptionContext? ctx, [DoesNotReturnIf(false)] bool f, string paramName, string msg)
    {
        if (!f)
            throw ExceptParam(ctx, paramName, msg);
    }

    public static T CheckRef<T>([NotNull] T? val, string paramName)
        where T : class
        => val ?? throw ExceptValue(paramName);

    public static T CheckRef<T>(this IExceptionContext? ctx, [NotNull] T? val, string paramName)
        where T : class
        => val ?? throw ExceptValue(ctx, paramName);

    public static void CheckValue<T>([NotNull] T? val, string paramName)
        where T : class
    {
        if (val is null)
            throw ExceptValue(paramName);
    }

    public static void CheckValue<T>(this IExceptionContext? ctx, [NotNull] T? val, string paramName)
        where T : class
    {
        if (val is null)
            throw ExceptValue(ctx, paramName);
    }

    public static string CheckNonEmpty([NotNull] string? s, string paramName)
        => string.IsNullOrEmpty(s) ? throw ExceptEmpty(paramName) : s;

    public static string CheckNonEmpty(this IExceptionContext? ctx, [NotNull] string? s, string paramName)
        => string.IsNullOrEmpty(s) ? throw ExceptEmpty(ctx, paramName) : s;

    public static string CheckNonWhiteSpace([NotNull] string? s, string paramName)
        => string.IsNullOrWhiteSpace(s) ? throw ExceptEmpty(paramName) : s;

    public static string CheckNonWhiteSpace(this IExceptionContext? ctx, [NotNull] string? s, string paramName)
        => string.IsNullOrWhiteSpace(s) ? throw ExceptEmpty(ctx, paramName) : s;

    public static T[] CheckNonEmpty<T>([NotNull] T[]? args, string paramName)
        => args is null or [] ? throw ExceptEmpty(paramName) : args;

    public static T[] CheckNonEmpty<T>(this IExceptionContext? ctx, [NotNull] T[]? args, string paramName)
        => args is null or [] ? throw ExceptEmpty(ctx, paramName) : args;

    public static void CheckDecode([DoesNotReturnIf(false)] bool f)
    {
        if (!f)
            throw Process(new FormatException());
    }

    public static void CheckDecode(this IExceptionContext? ctx, [DoesNotReturnIf(false)] bool f)
    {
        if (!f)
            throw Process(new FormatException(), ctx);
    }

    public static void CheckDecode([DoesNotReturnIf(false)] bool f, string msg)
    {
        if (!f)
            throw ExceptDecode(msg);
    }

    public static void CheckDecode(this IExceptionContext? ctx, [DoesNotReturnIf(false)] bool f, string msg)
    {
        if (!f)
            throw ExceptDecode(ctx, msg);
    }

    /// <summary>Throws when the environment's work was cancelled.</summary>
    public static void CheckAlive(this IHostEnvironment env)
    {
        if (env is ICancelable { IsCanceled: true })
            throw Process(new OperationCanceledException("The work was cancelled."), env);
    }
}
