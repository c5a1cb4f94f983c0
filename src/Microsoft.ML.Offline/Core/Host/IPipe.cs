namespace Microsoft.ML.Runtime;

/// <summary>A way to send messages.</summary>
public interface IPipe<TMessage> : IExceptionContext, IDisposable
{
    /// <summary>Sends one.</summary>
    void Send(TMessage msg);
}
